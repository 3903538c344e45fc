using System.ComponentModel.DataAnnotations;

namespace Progeny.Contracts.Feedback;

/// <summary>Outcomes to report, up to 10,000.</summary>
public sealed record OutcomesRequest([property: Required] IReadOnlyList<OutcomeReport?>? Outcomes);
