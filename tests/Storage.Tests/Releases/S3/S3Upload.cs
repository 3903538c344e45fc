using System.Collections.Concurrent;

namespace Progeny.Storage.Tests.Releases.S3;

/// <summary>An upload in parts that is not finished.</summary>
internal sealed record S3Upload(string Key, DateTimeOffset StartedAt)
{
    public ConcurrentDictionary<int, (string Path, string Etag, string Crc)> Parts { get; } = [];
}
