namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>A column as a file has it.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Sql">The expression for its value.</param>
/// <param name="Type">The type of that expression, which the file gives it; null: it is the text of a value, whose type is to be found.</param>
internal sealed record SourceColumn(string Name, string Sql, string? Type)
{
    /// <summary>The expression for its text as it is.</summary>
    public string Text { get; init; } = Sql;
}
