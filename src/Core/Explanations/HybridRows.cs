using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Explanations;

/// <summary>Runs a model on rows that have some features of the query explained and the others of a background row.</summary>
/// <param name="explained">The query: one row.</param>
/// <param name="score">The index of the score that is wanted.</param>
/// <param name="batch">How many rows run at once; 1 for a model that does not give a row the same bits among others.</param>
internal sealed class HybridRows(
    ModelRunner model,
    FeatureBatchBuilder explained,
    FeatureBatchBuilder background,
    int score,
    int batch,
    CancellationToken cancellationToken)
{
    private readonly FeatureBatchBuilder rows = new([.. explained.Columns.Select(column => column.Feature)], batch);
    private readonly List<double> values = [];

    /// <summary>How many rows there are with which to compare.</summary>
    public int Backgrounds => background.Rows;

    /// <summary>How many rows have been run.</summary>
    public long Evaluations { get; private set; }

    /// <summary>The features in which the query differs from a background row: the others cannot matter beside it.</summary>
    public int[] Players(int row) =>
        [
            .. Enumerable.Range(0, explained.Columns.Count)
                .Where(feature => !explained.Columns[feature].IsSame(0, background.Columns[feature], row)),
        ];

    /// <summary>Adds a row.</summary>
    /// <param name="other">The background row.</param>
    /// <param name="taken">For each feature whether it is the query's.</param>
    public void Add(int other, ReadOnlySpan<bool> taken)
    {
        var row = rows.AddRow();
        for (var i = 0; i < rows.Columns.Count; i++)
        {
            if (taken[i])
                rows.Columns[i].CopyFrom(explained.Columns[i], 0, row);
            else
                rows.Columns[i].CopyFrom(background.Columns[i], other, row);
        }

        if (rows.Rows == batch)
            Run();
    }

    /// <summary>The scores of the rows added since the last call, in their order.</summary>
    /// <exception cref="ModelException">The model failed on one of them.</exception>
    public double[] Take()
    {
        Run();
        double[] taken = [.. values];
        values.Clear();
        return taken;
    }

    private void Run()
    {
        if (rows.Rows == 0)
            return;
        cancellationToken.ThrowIfCancellationRequested();
        var prediction = model.Predict(rows);
        for (var row = 0; row < rows.Rows; row++)
            values.Add(prediction.Row(row)[score]);
        Evaluations += rows.Rows;
        rows.Clear();
    }
}
