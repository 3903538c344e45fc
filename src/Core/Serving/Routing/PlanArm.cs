using System.Text;
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
    /// <summary>The fields that other arms read and this one does not, in UTF-8: queries may carry them.</summary>
    public IReadOnlyList<byte[]> Others { get; init; } = [];

    /// <summary>The arm with those among the fields of all arms that are not its own.</summary>
    public PlanArm Among(IEnumerable<string> fields) => this with
    {
        Others = [.. fields.Except(FieldsOf(Schema), StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes)],
    };

    /// <summary>A query by tensors without those that only other arms read.</summary>
    public InferQuery Take(InferQuery query) =>
        Others.Count == 0 ? query : query with { Inputs = query.Inputs.RemoveAll(tensor => Others.Any(name => name.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(tensor.Name)))) };

    public static IEnumerable<string> FieldsOf(QuerySchema? schema) => schema?.Fields ?? [];
}
