namespace Progeny.Cli.Serving;

/// <summary>An answer to a query as the server gives it.</summary>
internal sealed record AnswerView(string Project, string Version, IReadOnlyList<PredictedRowView> Predictions);
