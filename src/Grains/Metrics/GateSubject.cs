using Progeny.Abstractions.Lifecycle;
using Progeny.Core.Lifecycle;
using Progeny.Core.Metrics;

namespace Progeny.Grains.Metrics;

/// <summary>A generation with what its release says of how it is judged.</summary>
internal sealed record GateSubject(GenerationInfo Info, Manifest Manifest, ConditionSet Conditions);
