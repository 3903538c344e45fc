namespace Progeny.Core.Tracking;

/// <summary>A file or a folder in a list of artifacts.</summary>
/// <param name="Path">The path: a name below the folder that was asked for, or a whole path, by the endpoint.</param>
/// <param name="IsDir">Whether it is a folder.</param>
/// <param name="FileSize">The bytes of a file; null: it is a folder.</param>
public sealed record ArtifactEntry(string Path, bool IsDir, long? FileSize);
