namespace Progeny.Contracts.Serving;

/// <summary>The answer to a request for predictions, for the API description.</summary>
/// <param name="Version">The generation that answered, release:generation; left out where several did.</param>
/// <param name="Predictions">One a row, in the order of the rows.</param>
public sealed record PredictResponse(string Project, string? Version, IReadOnlyList<PredictedRow> Predictions);
