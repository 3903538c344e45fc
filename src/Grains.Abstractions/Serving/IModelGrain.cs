namespace Progeny.Abstractions.Serving;

/// <summary>
/// The owner of a generation's model on its silo: the model is loaded by the first call, used by the agents of the silo in their process,
/// and unloaded when the grain is deactivated. Each silo that serves the generation has its own. Key: <c>project@release:generation</c>.
/// </summary>
[Alias("progeny.model")]
public interface IModelGrain : IGrainWithStringKey
{
    /// <summary>Loads the model, if it is not loaded yet.</summary>
    /// <returns>Why it cannot be loaded; null: it is loaded.</returns>
    [Alias("load"), ResponseTimeout(Timeout)]
    ValueTask<ServingError?> Load();

    /// <summary>Loads the model, if it is not loaded yet, and describes its inputs and outputs.</summary>
    [Alias("describe"), ResponseTimeout(Timeout)]
    ValueTask<ModelMetadata> Describe();

    /// <summary>A model that ended a node before is tried in a process of its own first, which takes minutes.</summary>
    private const string Timeout = "01:00:00";
}
