//! Ctrl-C and SIGTERM: the first lets the running item end and stops, the second ends the process.

use crate::apply::Interrupt;

use super::output::Output;

/// Listens for the rest of the process. The journal makes a second, hard stop safe too: the next run reads it.
pub fn listen(output: &Output) -> Interrupt {
    let interrupt = Interrupt::default();
    let (flag, output) = (interrupt.clone(), output.clone());
    tokio::spawn(async move {
        if stop_asked().await.is_ok() {
            flag.set();
            output.remark("stopping after the item at hand; once more to stop at once");
        }
        if stop_asked().await.is_ok() {
            std::process::exit(crate::error::Exit::Error as i32);
        }
    });
    interrupt
}

/// Until Ctrl-C or SIGTERM, where there is nothing to stop but the watching.
pub async fn pressed() {
    if stop_asked().await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn stop_asked() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}
