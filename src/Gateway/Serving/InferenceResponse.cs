using System.Text.Json;

namespace Progeny.Gateway.Serving;

/// <summary>An inference response of the protocol, for the API description.</summary>
/// <param name="ModelName">The project.</param>
/// <param name="ModelVersion">The generation that answered, release:generation.</param>
/// <param name="Id">The query id.</param>
/// <param name="Parameters">Set where the arm that had been chosen failed and another one answered.</param>
internal sealed record InferenceResponse(
    string ModelName,
    string ModelVersion,
    string Id,
    InferenceResponse.ResponseParameters? Parameters,
    IReadOnlyList<InferenceResponse.Output> Outputs)
{
    /// <summary>Parameters of a response.</summary>
    internal sealed record ResponseParameters(string FallbackFrom, string? FallbackWhy);

    /// <summary>An output.</summary>
    /// <param name="Data">Its elements row by row; without it they are in binary behind the JSON.</param>
    internal sealed record Output(
        string Name,
        string Datatype,
        IReadOnlyList<long> Shape,
        InferenceRequest.InputParameters? Parameters,
        IReadOnlyList<JsonElement>? Data);
}
