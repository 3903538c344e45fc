using Progeny.Core.Manifests;

namespace Progeny.Core.Tuning;

/// <summary>Draws sets of parameters from the space of a manifest's <c>tune</c>.</summary>
public static class TuneSpace
{
    /// <summary>The parameters of a trial: the same ones for the same seed and number, whatever was drawn before.</summary>
    /// <param name="number">Of the trial, from 1.</param>
    /// <returns>Strings, longs, doubles and booleans by the name of the parameter.</returns>
    public static SortedDictionary<string, object> Draw(IReadOnlyDictionary<string, TuneRange> space, int seed, int number)
    {
        var random = new Random(unchecked((seed * 1_000_003) + number));
        var drawn = new SortedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var (name, range) in space.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            drawn[name] = range.Values is { } values ? values[random.Next(values.Count)] : Number(range, random.NextDouble());
        return drawn;
    }

    /// <remarks>Whole numbers each get a part of equal width, so that both ends are as likely as the others.</remarks>
    private static object Number(TuneRange range, double at)
    {
        var (min, max) = range.Whole ? (Math.Ceiling(range.Min) - 0.5, Math.Floor(range.Max) + 0.5) : (range.Min, range.Max);
        if (range.Log)
            (min, max) = (Math.Log(min), Math.Log(max));
        var value = min + (at * (max - min));
        if (range.Log)
            value = Math.Exp(value);
        return range.Whole
            ? (object)(long)Math.Clamp(Math.Round(value), Math.Ceiling(range.Min), Math.Floor(range.Max))
            : Math.Clamp(value, range.Min, range.Max);
    }
}
