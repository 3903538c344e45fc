using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;

namespace Progeny.Gateway.Serving;

/// <summary>The protocol's description of an input or output.</summary>
internal sealed record TensorDescription(string Name, string Datatype, IReadOnlyList<long> Shape)
{
    public static TensorDescription From(TensorSpec spec) => new(spec.Name, ElementTypes.NameOf(spec.Type), spec.Shape);
}
