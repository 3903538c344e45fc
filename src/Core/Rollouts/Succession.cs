using System.Collections.Immutable;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;

namespace Progeny.Core.Rollouts;

/// <summary>Who was in production before whom.</summary>
public static class Succession
{
    /// <summary>
    /// Those to whom one can go back, and who is in production as the last: a promotion adds one, a rollback takes away all that were
    /// promoted after the one that is back. So going back twice leads to the last but two, and never to what was left.
    /// </summary>
    /// <param name="promotions">All of a project, oldest first.</param>
    public static ImmutableArray<GenerationReference> Of(IEnumerable<Promotion> promotions)
    {
        var line = new List<GenerationReference>();
        foreach (var promotion in promotions)
        {
            var at = line.LastIndexOf(promotion.Generation);
            if (at >= 0 && promotion.Rollback)
                line.RemoveRange(at + 1, line.Count - at - 1);
            else if (at < 0 || at < line.Count - 1)
                line.Add(promotion.Generation);
        }

        return [.. line];
    }
}
