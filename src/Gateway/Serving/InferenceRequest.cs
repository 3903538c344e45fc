using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Progeny.Gateway.Serving;

/// <summary>
/// An inference request of the protocol, for the API description; <see cref="Progeny.Core.Serving.Requests.QueryHandler"/> reads the text
/// itself.
/// </summary>
/// <param name="Id">The query id; empty counts as left out.</param>
/// <param name="Parameters">How to answer.</param>
/// <param name="Inputs">A tensor a field, or the model's own inputs.</param>
/// <param name="Outputs">The outputs wanted; without it all.</param>
internal sealed record InferenceRequest(
    string? Id,
    InferenceRequest.RequestParameters? Parameters,
    [property: Required] IReadOnlyList<InferenceRequest.Input>? Inputs,
    IReadOnlyList<InferenceRequest.Output>? Outputs)
{
    /// <summary>Parameters of a request.</summary>
    /// <param name="Entity">The entity asked about.</param>
    /// <param name="BinaryDataOutput">Whether outputs come in binary that do not say otherwise.</param>
    internal sealed record RequestParameters(string? Entity, bool? BinaryDataOutput);

    /// <summary>An input.</summary>
    /// <param name="Data">Its elements, flat or nested as the shape; without it binary data are behind the JSON.</param>
    internal sealed record Input(
        [property: Required] string? Name,
        [property: Required] string? Datatype,
        [property: Required] IReadOnlyList<long>? Shape,
        InputParameters? Parameters,
        IReadOnlyList<JsonElement>? Data);

    /// <summary>Parameters of an input.</summary>
    /// <param name="BinaryDataSize">How many bytes behind the JSON are the input's.</param>
    internal sealed record InputParameters(long? BinaryDataSize);

    /// <summary>An output that is wanted.</summary>
    internal sealed record Output([property: Required] string? Name, OutputParameters? Parameters);

    /// <summary>Parameters of an output.</summary>
    /// <param name="BinaryData">Whether it comes in binary.</param>
    internal sealed record OutputParameters(bool? BinaryData);
}
