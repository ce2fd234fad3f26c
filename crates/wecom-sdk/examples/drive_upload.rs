//! Uploads a file to WeDrive (微盘) in blocks, and resumes where an earlier run stopped.
//!
//! `cargo run -p wecom-sdk --example drive_upload` uploads 20 MB of zeros to a mock server. With `WECOM_CORP_ID` and `WECOM_SECRET` set (the
//! secret of an app that may call the WeDrive API), it uploads the file at `WECOM_FILE` to the space `WECOM_SPACE_ID`. If it
//! is stopped, it continues the next time: the state is in a file beside the uploaded one, `….upload`.

mod setup;

use std::path::{Path, PathBuf};
use std::{env, fs};

use wecom_sdk::{Content, DriveFolder, DriveUpload, Error};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _mock) = setup::client(1).await?;
    let space = env::var("WECOM_SPACE_ID").unwrap_or_else(|_| "s.ww1a2b3c4d5e6f7a8b.1".to_owned());
    let temporary = tempfile::tempdir()?;
    let path = env::var_os("WECOM_FILE").map_or_else(|| zeros(temporary.path()), |path| Ok(path.into()))?;

    let mut state = path.clone().into_os_string();
    state.push(".upload");
    let state = PathBuf::from(state);
    // The file is read block by block, and need not fit into memory.
    let mut upload = DriveUpload::new(Content::file(&path).await?, DriveFolder::root(space));
    // An unreadable state counts as none: the upload starts over.
    if let Some(checkpoint) = fs::read_to_string(&state).ok().and_then(|text| text.parse().ok()) {
        println!("resumed");
        upload = upload.resume(checkpoint);
    }
    let mut percent = 0;
    let mut upload = upload.on_progress({
        let state = state.clone();
        move |progress| {
            // Blocks arrive in any order: the checkpoint knows which.
            if let Some(checkpoint) = &progress.checkpoint
                && let Err(error) = fs::write(&state, checkpoint.to_string())
            {
                eprintln!("the upload could not be resumed: {error}");
            }
            let now = progress.uploaded * 100 / progress.length.max(1);
            if now / 10 > percent / 10 {
                println!("{now} %");
            }
            percent = now;
        }
    });
    let result = client.upload_to_drive(&mut upload).await;
    // The content has changed since the upload stopped, so the state is useless as well.
    if matches!(result, Ok(_) | Err(Error::Content { .. })) && state.exists() {
        fs::remove_file(&state)?;
    }
    println!("uploaded: {}", result?.fileid);
    Ok(())
}

/// Creates a file of 20 MB.
fn zeros(folder: &Path) -> std::io::Result<PathBuf> {
    let path = folder.join("zeros.bin");
    fs::File::create(&path)?.set_len(20 << 20)?;
    Ok(path)
}
