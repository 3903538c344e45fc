namespace Progeny.Core.Serving.Requests.Protobuf;

/// <summary>The numbers of the fields of the messages that carry queries (Open Inference Protocol, gRPC).</summary>
internal static class InferFields
{
    /// <summary>Fields of <c>ModelInferRequest</c>, the first five of <c>ModelInferResponse</c>, too.</summary>
    internal const int Model = 1, Version = 2, Id = 3, Parameters = 4, Tensors = 5;

    /// <summary>Fields of <c>ModelInferRequest</c> alone.</summary>
    internal const int RequestedOutputs = 6, RawInputs = 7;

    /// <summary>Field of <c>ModelInferResponse</c> alone.</summary>
    internal const int RawOutputs = 6;

    /// <summary>Fields of <c>InferInputTensor</c> and <c>InferOutputTensor</c>.</summary>
    internal const int TensorName = 1, TensorType = 2, TensorShape = 3, TensorParameters = 4, Contents = 5;

    /// <summary>Fields of <c>InferRequestedOutputTensor</c>.</summary>
    internal const int OutputName = 1, OutputParameters = 2;

    /// <summary>Fields of an entry of a map.</summary>
    internal const int Key = 1, Value = 2;

    /// <summary>Fields of <c>InferParameter</c>.</summary>
    internal const int Flag = 1, Text = 3;
}
