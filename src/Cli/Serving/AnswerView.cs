namespace Progeny.Cli.Serving;

/// <summary>An answer to a query as the server gives it.</summary>
/// <param name="Version">The generation that answered; null: the rows tell.</param>
internal sealed record AnswerView(string Project, string? Version, IReadOnlyList<PredictedRowView> Predictions);
