namespace Progeny.Storage.Tests.Releases.S3;

/// <summary>An object of a bucket.</summary>
internal sealed record S3Object(string Path, string Etag, DateTimeOffset ModifiedAt);
