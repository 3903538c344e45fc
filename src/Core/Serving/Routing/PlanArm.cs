using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Rollouts;
using Progeny.Abstractions.Serving;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Routing;

/// <summary>An arm of a plan on this silo.</summary>
/// <param name="Ready">It, loaded; null where it could not be.</param>
/// <param name="Error">Why it could not be.</param>
/// <param name="Schema">What it reads of a query; null where not even that is known.</param>
public sealed record PlanArm(RolloutArm Arm, ServedArm? Ready, ServingError? Error, QuerySchema? Schema)
{
    private readonly HashSet<string> others = new(StringComparer.Ordinal);

    private PlanArm(PlanArm arm, FieldNames fields)
        : this(arm.Arm, arm.Ready, arm.Error, arm.Schema)
    {
        others = [.. fields.All.Except(FieldsOf(Schema), StringComparer.Ordinal)];
        Map = Schema is null ? null : new FieldMap(fields, Schema);
    }

    /// <summary>Which fields of the plan are which of the arm's schema; null: it has none.</summary>
    public FieldMap? Map { get; }

    /// <summary>The arm among those of a plan, whose queries may carry the fields of all of them.</summary>
    public PlanArm Among(FieldNames fields) => new(this, fields);

    /// <summary>A query by tensors without those that only other arms read.</summary>
    public InferQuery Take(InferQuery query) =>
        others.Count == 0 ? query : query with { Inputs = query.Inputs.RemoveAll(tensor => others.Contains(tensor.Name)) };

    public static IEnumerable<string> FieldsOf(QuerySchema? schema) => schema?.Fields ?? [];
}
