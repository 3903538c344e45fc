namespace Progeny.Core.Serving.Requests.Protobuf;

/// <summary>Which model a <c>ModelInferRequest</c> asks.</summary>
/// <param name="Model">The model; empty where the message names none.</param>
/// <param name="Version">Its version; null: the rollout decides.</param>
public readonly record struct InferAddress(string Model, string? Version)
{
    /// <summary>Reads the address, and passes over all else of the message.</summary>
    /// <returns>The address, or what is wrong with the message.</returns>
    public static (InferAddress Address, string? Error) Read(ReadOnlyMemory<byte> message)
    {
        var (model, version) = ("", "");
        try
        {
            for (var reader = new WireReader(message); reader.Read();)
            {
                if (reader.Field == InferFields.Model)
                    model = reader.ReadText();
                else if (reader.Field == InferFields.Version)
                    version = reader.ReadText();
                else
                    reader.Skip();
            }
        }
        catch (InferRequestException exception)
        {
            return (default, exception.Message);
        }

        return model.Length > 0
            ? (new InferAddress(model, version.Length > 0 ? version : null), null)
            : (default, "The request has no 'model_name'; the name of a project would be right.");
    }
}
