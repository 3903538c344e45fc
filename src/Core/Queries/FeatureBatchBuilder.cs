using Progeny.Abstractions.Queries;
using Progeny.Core.Manifests;

namespace Progeny.Core.Queries;

/// <summary>Rows on their way into a model: a column a feature, with all that is wrong with them.</summary>
public sealed class FeatureBatchBuilder
{
    /// <summary>No more errors than these are kept; the rest of a request that is this wrong adds nothing.</summary>
    public const int MaxErrors = 20;

    /// <summary>What is said of a value that must not be shown.</summary>
    public const string Hidden = "the value does not fit; it is not shown, as the field is redacted (serving.redact)";

    private readonly FeatureColumn[] columns;
    private readonly List<FieldError> errors = [];

    public FeatureBatchBuilder(IReadOnlyList<Feature> features, int capacity = 1)
    {
        columns = new FeatureColumn[features.Count];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = new FeatureColumn(features[i], capacity);
    }

    /// <summary>The fields whose values no message may quote.</summary>
    public IReadOnlySet<string> Redacted { get; init; } = new HashSet<string>();

    public int Rows { get; private set; }

    public IReadOnlyList<FeatureColumn> Columns => columns;

    /// <summary>What is wrong so far, at most <see cref="MaxErrors"/>.</summary>
    public IReadOnlyList<FieldError> Errors => errors;

    /// <summary>Whether one more error would not be kept, so that nobody needs to word it.</summary>
    public bool HasMostErrors => errors.Count >= MaxErrors;

    /// <summary>Forgets the rows and what was wrong with them; the room for them stays.</summary>
    public void Clear()
    {
        foreach (var column in columns)
            column.Clear(Rows);
        Rows = 0;
        errors.Clear();
    }

    /// <summary>Adds a row with all values missing and returns its index.</summary>
    public int AddRow()
    {
        var row = Rows++;
        foreach (var column in columns)
            column.EnsureCapacity(Rows);
        return row;
    }

    /// <summary>Adds rows with all values missing.</summary>
    public void AddRows(int count)
    {
        Rows += count;
        foreach (var column in columns)
            column.EnsureCapacity(Rows);
    }

    /// <summary>Adds a row with values in the order of the features: null, bool, long, double or string.</summary>
    public void Add(params ReadOnlySpan<object?> values)
    {
        if (values.Length != columns.Length)
            throw new ArgumentException($"{values.Length} values for {columns.Length} features.", nameof(values));
        var row = AddRow();
        for (var i = 0; i < columns.Length; i++)
            Refuse(row, columns[i].Feature.Name, columns[i].Set(row, values[i]));
    }

    /// <summary>Takes note of an error; null is none.</summary>
    public void Refuse(int row, string field, string? message)
    {
        if (message is not null && !HasMostErrors)
            errors.Add(new FieldError(row, field, Redacted.Contains(field) ? Hidden : message));
    }

    /// <summary>Takes note of the values that are missing although their feature requires one.</summary>
    /// <param name="except">For each row whether it is passed over; empty: none is.</param>
    public void CheckMissing(ReadOnlySpan<bool> except = default)
    {
        foreach (var column in columns)
        {
            if (column.Feature.Nullable || column.Present == Rows)
                continue;
            for (var row = 0; row < Rows && !HasMostErrors; row++)
            {
                if (column.IsMissing(row) && (except.IsEmpty || !except[row])
                    && !errors.Exists(error => error.Row == row && error.Field == column.Feature.Name))
                    errors.Add(
                        new FieldError(
                            row,
                            column.Feature.Name,
                            (column.IsAugmented(row)
                                ? "a value is required, and neither augmentation nor a rule gave one"
                                : column.SetMissing())!));
            }
        }
    }
}
