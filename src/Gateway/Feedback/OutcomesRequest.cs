using System.ComponentModel.DataAnnotations;

namespace Progeny.Gateway.Feedback;

/// <summary>Outcomes to report, up to 10,000.</summary>
internal sealed record OutcomesRequest([property: Required] IReadOnlyList<OutcomeReport?>? Outcomes);
