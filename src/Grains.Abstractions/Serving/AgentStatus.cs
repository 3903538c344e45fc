namespace Progeny.Abstractions.Serving;

/// <summary>The state of a project's online agent on one silo.</summary>
/// <param name="PlanVersion">The version of the plan that it follows; null: nobody has asked it yet, or the project has no plan.</param>
/// <param name="ShadowsDropped">How many queries the project's shadows did not get because they are too slow.</param>
[GenerateSerializer, Immutable, Alias("progeny.agent-status")]
public sealed record AgentStatus([property: Id(0)] long? PlanVersion, [property: Id(1)] long ShadowsDropped);
