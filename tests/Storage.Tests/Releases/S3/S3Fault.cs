namespace Progeny.Storage.Tests.Releases.S3;

/// <summary>What can befall a request on demand.</summary>
internal enum S3Fault
{
    /// <summary>The service says 503.</summary>
    Unavailable,

    /// <summary>The connection is cut before the answer.</summary>
    Cut,

    /// <summary>The connection is cut in the middle of the contents of an answer.</summary>
    CutContents,

    /// <summary>A byte of the contents of the request is not the one that was sent.</summary>
    ChangedContents,
}
