using Progeny.Core.Manifests;

namespace Progeny.Trainer.Tests.Support;

/// <summary>A feature of a made-up table, and what a row's value may be.</summary>
public sealed record Field(string Name, FeatureType Type, bool Nullable, Func<Random, object> Value);
