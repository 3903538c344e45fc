using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Abstractions.Serving;
using Progeny.Core.Manifests;

namespace Progeny.Core.Rollouts;

/// <summary>What must be known of an arm to judge whether it may be in a plan.</summary>
/// <param name="Generation">The generation; null: there is none.</param>
/// <param name="Manifest">The manifest of its release.</param>
/// <param name="Model">Its model, loaded.</param>
public sealed record ArmFacts(RolloutArm Arm, GenerationInfo? Generation, Manifest? Manifest, ModelMetadata? Model);
