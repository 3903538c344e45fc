using Progeny.Trainer.Data;

namespace Progeny.Trainer.Encoding;

/// <summary>A number as it is; NaN where it is missing.</summary>
public sealed record NumberEncoder : FeatureEncoder
{
    public override int Width => 1;

    public override RowWriter For(DataColumn column)
    {
        var values = ((NumberColumn)column).Values;
        return (row, target) => target[0] = values[row];
    }
}
