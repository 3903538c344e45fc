namespace Progeny.Storage.Datasets.Lake;

/// <summary>What a query may read.</summary>
/// <param name="Reader">Who reads, for messages: a project, or a caller.</param>
/// <param name="MayRead">Whether a table of a schema may be read, by the schema and its own name (<c>datasets</c>, <c>orders</c>).</param>
public sealed record LakeGrant(string Reader, Func<string, string, bool> MayRead)
{
    /// <summary>The folders whose files may be read, whole paths. <c>files('a.csv')</c> is the path of a file of the first.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>All tables, and no files: for the platform's own queries.</summary>
    public static LakeGrant Everything(string reader) => new(reader, static (_, _) => true);
}
