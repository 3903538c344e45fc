using System.Globalization;
using Progeny.Abstractions.Training;
using Progeny.Core.Common;
using Progeny.Core.Manifests;

namespace Progeny.Core.Datasets;

/// <summary>The rows of a source that do not fit the schema: counted, and the first ones listed.</summary>
/// <param name="source">Says whether they may be left out, and how many.</param>
internal sealed class BadRows(SourceManifest? source)
{
    private const int ErrorsNamed = 5;
    private const int ValuesListed = 20;

    private readonly List<SkippedValue> first = [];
    private long counted;

    public long Count { get; private set; }

    /// <summary>Whether nothing that is read further can change that the training fails.</summary>
    public bool IsEnough => source?.OnBadRow is not BadRowPolicy.Skip && counted >= ErrorsNamed;

    /// <summary>Enters a wrong value of a row.</summary>
    public void Add(long row, string column, object? value, string problem)
    {
        counted++;
        if (first.Count < ValuesListed)
            first.Add(new() { Row = row, Column = column, Value = TrainingDataWriter.Show(value), Reason = problem });
    }

    /// <summary>Enters that the row of the values before was left out.</summary>
    public void AddRow() => Count++;

    /// <param name="read">How many rows were read, these among them.</param>
    /// <returns>Null where there are none.</returns>
    /// <exception cref="TrainingFailedException">There are more than may be left out.</exception>
    public SkippedRows? Close(long read)
    {
        if (Count == 0)
            return null;
        if (source?.OnBadRow is not BadRowPolicy.Skip)
            throw new TrainingFailedException(TrainingStage.Data, $"The source has rows that do not fit the schema: {Named()}.");
        if (Count == read || Count > source.MaxBadRows * read)
        {
            var allowed = Count == read ? "no row fits" : $"source.max_bad_rows allows {Share(source.MaxBadRows)}";
            throw new TrainingFailedException(
                TrainingStage.Data,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Count} of {read} rows of the source ({Share((double)Count / read)}) do not fit the schema; {allowed}. "
                    + $"The first: {Named()}."));
        }

        return new SkippedRows { Rows = Count, Read = read, First = [.. first] };
    }

    private static string Share(double share) => share.ToString("0.####%", CultureInfo.InvariantCulture);

    private string Named() => string.Join(
        ". ", first.Take(ErrorsNamed).Select(value => $"row {value.Row}, column '{value.Column}': {value.Value} {value.Reason}"));
}
