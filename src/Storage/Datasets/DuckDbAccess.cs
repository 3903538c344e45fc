namespace Progeny.Storage.Datasets;

/// <summary>What a session of DuckDB may reach outside its own memory: nothing else, and no network.</summary>
/// <param name="Files">The files that it may read and write, whole paths.</param>
/// <param name="Folders">The folders in which it may read and write files, whole paths.</param>
public sealed record DuckDbAccess(IReadOnlyCollection<string> Files, IReadOnlyCollection<string> Folders)
{
    /// <summary>No file at all.</summary>
    public static DuckDbAccess None { get; } = new([], []);
}
