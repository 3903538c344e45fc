using Progeny.Core.Common;
using Progeny.Core.Feeds;

namespace Progeny.Core.Feedback;

/// <summary>Where a pull stands: the watermark of the rows read so far, in their order, and how many rows come before it.</summary>
/// <remarks>A row that is far ahead does not move it, for it would keep all later rows from being read.</remarks>
/// <param name="at">The watermark at the beginning; null: none.</param>
/// <param name="below">The rows that are known before it.</param>
/// <param name="limit">The last moment that is not far ahead.</param>
internal sealed class WatermarkProgress(Ordinal? at, long below, DateTimeOffset limit)
{
    private Place here = new(at, below, 0);
    private Place beyond;

    /// <summary>The watermark reached.</summary>
    public Ordinal? Watermark => here.At;

    /// <summary>The rows before it, or without one.</summary>
    public long Below => here.Below;

    /// <summary>The rows that are far ahead.</summary>
    public long Ahead { get; private set; }

    /// <summary>Moves to the next row.</summary>
    /// <returns>
    /// What is wrong with its watermark where it is the first that is far ahead, as the end of a sentence; null: nothing that was not told.
    /// </returns>
    /// <exception cref="FormatException">The value has no place in the order.</exception>
    public string? Add(object? value)
    {
        if (value is null)
        {
            here = here with { Below = here.Below + 1 };
            return null;
        }

        if (FarAhead.IsTime(value, limit))
            return Ahead++ > 0 ? null : $"{ValueText.Of(value)}, more than a day ahead of the clock";
        var next = Ordinal.From(value);
        if (Ahead == 0 && (here.At is not { } known || !FarAhead.IsNumber(known.Value, value)))
        {
            here = here.Move(next);
            return null;
        }

        beyond = (Ahead == 0 ? here : beyond).Move(next);
        if (++Ahead > FarAhead.MaxRows)
            (here, Ahead) = (beyond, 0);
        return Ahead == 1 ? $"{ValueText.Of(value)}, more than a hundred times {here.At}, the greatest before it" : null;
    }

    /// <param name="At">The watermark.</param>
    /// <param name="Below">The rows before it.</param>
    /// <param name="Here">The rows read that are at it.</param>
    private readonly record struct Place(Ordinal? At, long Below, long Here)
    {
        public Place Move(Ordinal next) => At == next ? this with { Here = Here + 1 } : new Place(next, Below + Here, 1);
    }
}
