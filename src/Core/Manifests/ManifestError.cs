namespace Progeny.Core.Manifests;

/// <summary>One thing that is wrong in a manifest.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Path">The key it is about, e.g. <c>schema.features[2].type</c>; empty where it is the file as a whole.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record ManifestError(int Line, int Column, string Path, string Message)
{
    /// <summary>The file's name as it is shown.</summary>
    public string File { get; init; } = ManifestParser.FileName;

    public override string ToString() =>
        Path.Length == 0 ? $"{File}:{Line}:{Column}: {Message}" : $"{File}:{Line}:{Column}: {Path}: {Message}";
}
