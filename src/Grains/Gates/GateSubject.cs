using Progeny.Abstractions.Releases;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;

namespace Progeny.Grains.Gates;

/// <summary>A generation with what its release says of how it is judged.</summary>
internal sealed record GateSubject(GenerationInfo Info, Manifest Manifest, ConditionSet Conditions);
