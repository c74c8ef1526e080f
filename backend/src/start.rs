//! The start: from a configuration to a hall that can serve, or one sentence that says why not.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::cases;
use crate::catalog;
use crate::city;
use crate::clock::Clock;
use crate::config::{self, Config, FileKeeping, Mode};
use crate::error::Error;
use crate::events::Hub;
use crate::events::relay::PlaceError;
use crate::files::{BlobStore, Blobs, DatabaseBlobs, DiskBlobs, Files, S3Blobs, S3Place, Signer, scanner_from};
use crate::founding::{Founding, FoundingState};
use crate::identity::simulator::{LATENCY, SimulatedVerifier};
use crate::identity::verifier::{CommandVerifier, NoVerifier, Verifier};
use crate::messages::{CommandSender, DevelopmentSender, MailSender, MessageSender};
use crate::rng::SystemRng;
use crate::secrets::ServerKey;
use crate::state::{AppState, Services};
use crate::storage::Storage;
use crate::storage::sql::{Connections, Database, OpenError, PostgresUrl, UrlError};
use crate::storage::{DataFolder, FolderError};

/// Why the hall cannot open. Each reads as one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The city's files are wrong: every finding, one a line.
    #[error("{}the city's files in {} are not valid ({} findings); nothing was loaded", list(.1), .0.display(), .1.len())]
    City(PathBuf, Vec<String>),
    /// The database cannot be opened.
    #[error("cannot open the database {0}: {1}")]
    Database(String, OpenError),
    /// The address of the database is none.
    #[error("storage.url is not valid: {0}")]
    Url(UrlError),
    /// The database was loaded by half.
    #[error(
        "the database {0} holds data, but the loading of the city was never finished: restore a backup, or move the \
         folder {1} away and start again"
    )]
    Half(PathBuf, PathBuf),
    /// The same, on a server.
    #[error(
        "the database {0} holds data, but the loading of the city was never finished: restore a backup into an empty \
         database, and start with that"
    )]
    HalfOnServer(PostgresUrl),
    /// Another key than that of the other replicas, or of before.
    #[error(
        "the key {0} is not the one that this database was begun with: put the secret.key of the first replica (or of the \
         backup) there"
    )]
    OtherKey(PathBuf),
    /// Cases stand where their workflows no longer lead.
    #[error("cases stand in steps that the city's workflows do not have: {0}; put these steps back")]
    LostSteps(String),
    /// The key of the installation cannot be used.
    #[error("cannot use the key {0}: {1}; restore it from a backup (second factors of staff were sealed with it)")]
    Key(PathBuf, std::io::Error),
    /// Where files are to be kept cannot be used.
    #[error("cannot keep files in {0}: {1}; see files.store and what goes with it in `onehall config`")]
    Files(String, std::io::Error),
    /// The servers of NATS cannot be used.
    #[error(transparent)]
    Nats(#[from] PlaceError),
    /// The scanner's setting is none.
    #[error("files.scanner is not valid: {0}")]
    Scanner(String),
    /// There is no way to send messages.
    #[error(
        "production mode needs a program that sends text messages: set messages.command (ONEHALL_MESSAGES_COMMAND), or \
         try the hall with --mode development"
    )]
    NoMessages,
    /// Something inside.
    #[error("{0}")]
    Inside(#[from] Error),
}

fn list(findings: &[String]) -> String {
    findings.iter().map(|finding| format!("{finding}\n")).collect()
}

/// A hall that can serve. The data folder is held as long as this lives.
#[derive(Debug)]
pub struct Hall {
    /// What every handler can reach.
    pub state: AppState,
    /// Whether this start imported the city's accounts.
    pub founded: bool,
    _folder: DataFolder,
}

/// Opens the hall: takes hold of the data folder, loads the city, opens the database, imports the accounts once.
///
/// # Errors
/// [`StartError`].
pub async fn open(config: Config, clock: Arc<dyn Clock>) -> Result<Hall, StartError> {
    let (messages, development_messages) = sender(&config, &clock)?;
    let mail = mailer(&config, development_messages.as_ref());
    let scanner = scanner_from(&config.files.scanner).map_err(StartError::Scanner)?;
    config.nats.place()?;
    // The city first: a mistake in its files is the likeliest, and should leave no data behind.
    let city = load_city(config.city.clone()).await?;
    let folder = DataFolder::open(&config.data)?;

    let server = config.storage.server().map_err(StartError::Url)?;
    let database = folder.database();
    // A new key beside an old database would lock every member of staff out.
    let key_path = folder.path().join("secret.key");
    if database.exists() && !key_path.exists() {
        let missing = std::io::Error::new(
            std::io::ErrorKind::NotFound,
            "it is missing beside an existing database",
        );
        return Err(StartError::Key(key_path, missing));
    }
    let key = ServerKey::load(&key_path).map_err(|cause| StartError::Key(key_path.clone(), cause))?;
    let storage: Arc<dyn Storage> = Arc::new(open_database(&config, server.as_ref(), &database, clock.now())?);
    if !storage.is_key(key.mark()).await? {
        return Err(StartError::OtherKey(key_path));
    }
    let blobs = blobs(&config.files, folder.path(), &storage).await?;

    let founded = match storage.founding_state().await? {
        FoundingState::Done => false,
        FoundingState::Half => {
            return Err(match server {
                Some(server) => StartError::HalfOnServer(server),
                None => StartError::Half(database, folder.path().to_owned()),
            });
        }
        FoundingState::Empty => {
            let (content, mode, sealing) = (Arc::clone(&city), config.mode, key.clone());
            let founding = tokio::task::spawn_blocking(move || Founding::of(&content, mode, &sealing))
                .await
                .map_err(|cause| Error::internal("prepare the first start", cause))??;
            match storage.found(founding, clock.now()).await {
                Ok(()) => true,
                // Another replica that started at the same time was first.
                Err(_) if storage.founding_state().await? == FoundingState::Done => false,
                Err(error) => return Err(error.into()),
            }
        }
    };
    let lost = cases::lost_steps(&city, storage.as_ref()).await?;
    if !lost.is_empty() {
        return Err(StartError::LostSteps(lost.join(", ")));
    }
    let verifier = verifier(&config, &city);
    let state = AppState::new(Services {
        config,
        clock,
        rng: Arc::new(SystemRng),
        storage,
        key,
        messages,
        mail,
        development_messages,
        verifier,
        city,
        files: Files::new(blobs, scanner),
        events: Hub::new(),
        merge: onehall_sync::later,
        stopping: CancellationToken::new(),
    });
    catalog::remember_version(&state).await?;
    Ok(Hall {
        state,
        founded,
        _folder: folder,
    })
}

/// The database that the configuration names.
pub(crate) fn open_database(
    config: &Config,
    server: Option<&PostgresUrl>,
    file: &Path,
    now: onehall_protocol::Timestamp,
) -> Result<Database, StartError> {
    match server {
        None => Database::sqlite(file, config.readers, now)
            .map_err(|cause| StartError::Database(file.display().to_string(), cause)),
        Some(url) => {
            let connections = Connections {
                readers: config.readers,
                writers: config.storage.writers,
            };
            Database::postgres(url, connections, now).map_err(|cause| StartError::Database(url.to_string(), cause))
        }
    }
}

/// Where the configuration keeps files, tried: a hall that cannot keep one does not open.
async fn blobs(files: &config::Files, data: &Path, storage: &Arc<dyn Storage>) -> Result<Arc<dyn Blobs>, StartError> {
    let (place, opened): (String, std::io::Result<Arc<dyn Blobs>>) = match files.store {
        FileKeeping::Disk => {
            let folder = files.folder.clone().unwrap_or_else(|| data.join("files"));
            let opened = DiskBlobs::open(&folder);
            (
                format!("the folder {}", folder.display()),
                opened.map(|blobs| Arc::new(blobs) as _),
            )
        }
        FileKeeping::Database => {
            let store: Arc<dyn BlobStore> = storage.clone();
            ("the database".to_owned(), Ok(Arc::new(DatabaseBlobs::new(store))))
        }
        FileKeeping::S3 => {
            let place = S3Place {
                endpoint: files.s3_endpoint.clone(),
                bucket: files.s3_bucket.clone(),
                prefix: files.s3_prefix.clone(),
                signer: Signer {
                    region: files.s3_region.clone(),
                    access_key: files.s3_access_key.clone(),
                    secret_key: files.s3_secret_key.0.clone(),
                },
            };
            let name = format!("the bucket {} of {}", files.s3_bucket, files.s3_endpoint);
            (name, S3Blobs::new(place).map(|blobs| Arc::new(blobs) as _))
        }
    };
    let checked = match opened {
        Ok(blobs) => blobs.check().await.map(|()| blobs),
        Err(error) => Err(error),
    };
    checked.map_err(|cause| StartError::Files(place, cause))
}

type Sender = (Arc<dyn MessageSender>, Option<Arc<DevelopmentSender>>);

fn sender(config: &Config, clock: &Arc<dyn Clock>) -> Result<Sender, StartError> {
    if let Some(sender) = CommandSender::new(&config.messages.command) {
        return Ok((Arc::new(sender), None));
    }
    match config.mode {
        Mode::Production => Err(StartError::NoMessages),
        Mode::Development => {
            let sender = Arc::new(DevelopmentSender::new(Arc::clone(clock)));
            Ok((sender.clone(), Some(sender)))
        }
    }
}

/// Who sends e-mail. In development mode it is shown beside the text messages; without a program, in production, there is none.
fn mailer(config: &Config, development: Option<&Arc<DevelopmentSender>>) -> Option<Arc<dyn MailSender>> {
    match CommandSender::new(&config.messages.mail) {
        Some(program) => Some(Arc::new(program)),
        None => development.map(|sender| Arc::clone(sender) as Arc<dyn MailSender>),
    }
}

/// Who compares people with what is registered of them. Without one, in production, that is done at the windows alone.
fn verifier(config: &Config, city: &city::CityContent) -> Arc<dyn Verifier> {
    match (CommandVerifier::new(&config.identity.verifier), config.mode) {
        (Some(program), _) => Arc::new(program),
        (None, Mode::Production) => Arc::new(NoVerifier),
        (None, Mode::Development) => Arc::new(SimulatedVerifier::of(city, LATENCY)),
    }
}

async fn load_city(path: PathBuf) -> Result<Arc<city::CityContent>, StartError> {
    let folder = path.clone();
    tokio::task::spawn_blocking(move || city::load(&folder))
        .await
        .map_err(|cause| Error::internal("load the city's files", cause))?
        .map(Arc::new)
        .map_err(|findings| StartError::City(path, findings.iter().map(ToString::to_string).collect()))
}
