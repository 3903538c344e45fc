namespace Progeny.Core.Datasets.Subscriptions;

/// <summary>A file of a folder, or an object of a bucket.</summary>
/// <param name="Path">Its path in the folder, or its key.</param>
/// <param name="Identity">What changes when it is written: size and time of a file, the etag of an object.</param>
/// <param name="WrittenAt">When it was written last.</param>
public sealed record SourceObject(string Path, string Identity, DateTimeOffset WrittenAt);
