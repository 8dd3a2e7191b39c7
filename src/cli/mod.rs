//! The command line: parse, dispatch, print. The only module that knows a terminal, the environment and the clock.
//!
//! Each command is one file under `commands/`; it gathers through `reconcile`, prints through `output`, and returns the
//! exit code. Nothing here decides what is deleted.

mod args;
mod commands;
mod connect;
mod examples;
mod function;
mod memory;
mod output;
mod package;
mod progress;
mod remote;
mod signal;

use clap::{CommandFactory as _, Parser as _};

use crate::error::{Exit, Failure};
use args::{Cli, Command, ConfigCommand, StateCommand, ThanosCommand};
use connect::Session;
use output::Output;

/// Runs the command of this process. Returns the exit code; everything has been printed.
pub fn main() -> Exit {
    // Lambda starts the program without a word on its command line.
    if function::is_here() {
        return function::serve();
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let output = Output::new(&cli.global);
    match run(&cli, &output) {
        Ok(exit) => exit,
        Err(failure) => {
            output.failure(&failure);
            failure.exit
        }
    }
}

/// Help and version go to standard output and succeed; a wrong command line is an error like any other.
fn usage(error: &clap::Error) -> Exit {
    // A reader that closed the pipe has seen enough.
    let _closed = error.print();
    if error.use_stderr() { Exit::Error } else { Exit::Done }
}

fn run(cli: &Cli, output: &Output) -> Result<Exit, Failure> {
    // What needs no connection needs no runtime either: `--version`, `validate` and their like start in a millisecond.
    match &cli.command {
        Command::Init { force } => commands::init::run(&cli.global.config, *force, output),
        Command::Validate => commands::validate::run(&cli.global, output),
        Command::Schema => commands::config::schema(output),
        Command::Config(ConfigCommand::Show) => commands::config::show(&cli.global, output),
        Command::Show { planfile } => commands::show::run(planfile, output),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "es2s3", &mut script);
            output.result(&String::from_utf8_lossy(&script));
            Ok(Exit::Done)
        }
        Command::Man => commands::man::run(output),
        Command::Package { out, executable } => commands::package::run(out, executable.as_ref(), output),
        Command::Bootstrap(args) if args.print => {
            commands::bootstrap::print(&cli.global, args.ci.as_ref(), output)
        }
        Command::Thanos(ThanosCommand::Render(args)) => {
            commands::thanos::render::run(&cli.global, args, output)
        }
        Command::Doctor => runtime()?.block_on(commands::doctor::run(&cli.global, output)),
        _ => runtime()?.block_on(run_connected(cli, output)),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("could not start the runtime: {error}")))
}

async fn run_connected(cli: &Cli, output: &Output) -> Result<Exit, Failure> {
    let output = if cli.command.writes() { output.clone().streaming() } else { output.clone() };
    let session = connect::connect(&cli.global, &output, &cli.command, &arguments()?).await?;
    match &session.remote {
        Some(remote) => remote::dispatch(&cli.command, &session, remote).await,
        None => dispatch(&cli.command, &session).await,
    }
}

/// The command line as it was typed, for a function that is to do the same.
fn arguments() -> Result<Vec<String>, Failure> {
    let words = std::env::args_os().skip(1).map(std::ffi::OsString::into_string);
    words.collect::<Result<_, _>>().map_err(|word| {
        Failure::new(format!("`{}` is not UTF-8: it cannot be sent to the function", word.display()))
    })
}

async fn dispatch(command: &Command, session: &Session) -> Result<Exit, Failure> {
    match command {
        Command::Plan(args) => commands::plan::run(session, args).await,
        Command::Apply(args) => commands::apply::run(session, args).await,
        Command::Prove { names } => commands::prove::run(session, names).await,
        Command::Restore(args) => commands::restore::run(session, args).await,
        Command::Hold { indices, note, r#for } => commands::holds::hold(session, indices, note, *r#for).await,
        Command::Unhold { indices } => commands::holds::unhold(session, indices).await,
        Command::Holds => commands::holds::list(session).await,
        Command::Status => commands::status::run(session).await,
        Command::Run => commands::run::run(session).await,
        Command::Logs(args) => commands::logs::run(session, args).await,
        Command::History { run, last } => commands::history::run(session, run.as_deref(), *last).await,
        Command::Bootstrap(args) => commands::bootstrap::run(session, args).await,
        Command::Destroy(args) => commands::destroy::run(session, args).await,
        Command::Thanos(ThanosCommand::Audit(args)) => commands::thanos::audit::run(session, args).await,
        Command::State(command) => match command {
            StateCommand::Show => commands::state::show(session).await,
            StateCommand::Unlock { run } => commands::state::unlock(session, run).await,
            StateCommand::Export => commands::state::export(session).await,
            StateCommand::Forget { address } => commands::state::forget(session, address).await,
        },
        Command::Init { .. }
        | Command::Validate
        | Command::Schema
        | Command::Config(_)
        | Command::Show { .. }
        | Command::Completions { .. }
        | Command::Man
        | Command::Doctor
        | Command::Thanos(ThanosCommand::Render(_))
        | Command::Package { .. } => Err(Failure::new("this command needs no connection")),
    }
}
