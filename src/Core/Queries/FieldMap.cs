namespace Progeny.Core.Queries;

/// <summary>Which of the fields that a query may carry are which of one schema.</summary>
public sealed class FieldMap
{
    /// <summary>A field that is not the schema's, but another's: the query may carry it.</summary>
    public const int Others = -1;

    /// <summary>A field that no schema has.</summary>
    public const int Unknown = -2;

    private readonly int[] indexes;

    /// <param name="fields">The fields that the query's cells name.</param>
    /// <param name="schema">The schema that the query is read by.</param>
    public FieldMap(FieldNames fields, QuerySchema schema) =>
        indexes = [.. fields.All.Select(name => Math.Max(Others, schema.IndexOf(name)))];

    /// <summary>The index of a field in the schema; <see cref="Others"/> or <see cref="Unknown"/>: it has none.</summary>
    /// <param name="field">The index among the fields of the query; negative: it is none of them.</param>
    public int Of(int field) => field < 0 ? Unknown : indexes[field];
}
