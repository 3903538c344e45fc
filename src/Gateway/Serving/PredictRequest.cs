using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Progeny.Gateway.Serving;

/// <summary>The body of a request for predictions, for the API description; the agent reads the text itself.</summary>
/// <param name="Rows">The rows, objects of field names and values.</param>
/// <param name="QueryId">The client's id for the query; with several rows, row i has the id <c>query_id:i</c>.</param>
/// <param name="Entity">The entity asked about; without it, the row's entity field.</param>
internal sealed record PredictRequest(
    [property: Required] IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Rows, string? QueryId, string? Entity);
