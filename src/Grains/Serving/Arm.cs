using Progeny.Abstractions.Serving;
using Progeny.Core.Serving;

namespace Progeny.Grains.Serving;

/// <summary>A generation that answers queries on this silo.</summary>
/// <param name="Name">The name under which it is logged, e.g. <c>champion</c>.</param>
internal sealed record Arm(string Name, ServedGeneration Served, IModelGrain Model);
