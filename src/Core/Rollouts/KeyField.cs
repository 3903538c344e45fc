using Progeny.Abstractions.Rollouts;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Core.Rollouts;

/// <summary>Where a query holds the key that chooses its arm.</summary>
public sealed class KeyField
{
    private readonly FeatureType? type;

    /// <param name="stickyKey">As the plan has it.</param>
    /// <param name="champion">The schema whose entity counts where the plan names no field.</param>
    public KeyField(string? stickyKey, QuerySchema champion)
    {
        IsEntity = stickyKey is null;
        Name = stickyKey switch
        {
            null => champion.Entity,
            RolloutPlan.QueryIdKey => null,
            _ => stickyKey,
        };
        type = champion.Features.FirstOrDefault(feature => feature.Name == Name)?.Type;
    }

    /// <summary>The row's field; null: rows have none, their query ids count.</summary>
    public string? Name { get; }

    /// <summary>Whether it is the entity, so that one named beside the rows counts before it.</summary>
    public bool IsEntity { get; }

    /// <summary>Whether a number counts as the text it is written as, since the field is a text.</summary>
    public bool IsText => type is FeatureType.Category or FeatureType.Text;

    /// <summary>Whether a number counts as the 32-bit float that the field is.</summary>
    public bool IsFloat => type is FeatureType.Float;
}
