using Progeny.Abstractions.Drift;

namespace Progeny.Contracts.Drift;

/// <summary>Whether what a generation is asked has drifted from what it was trained on.</summary>
/// <param name="Status"><c>drifted</c>, <c>stable</c>, <c>waiting</c> for enough queries, or <c>unknown</c>: without a training profile
/// there is nothing to compare with.</param>
/// <param name="Report">The last check; null: there was none yet.</param>
public sealed record DriftView(string Version, string Status, DriftReport? Report);
