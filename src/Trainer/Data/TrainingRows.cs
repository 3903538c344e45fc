using Progeny.Core.Datasets;

namespace Progeny.Trainer.Data;

/// <summary>The rows of <c>data.csv</c>, by column.</summary>
/// <param name="Schema">What the columns are.</param>
/// <param name="Columns">The features in the schema's order.</param>
/// <param name="Label">The truth: the class's index, or the value of a regression.</param>
public sealed record TrainingRows(TrainerSchema Schema, IReadOnlyList<DataColumn> Columns, IReadOnlyList<float> Label)
{
    public int Rows => Label.Count;
}
