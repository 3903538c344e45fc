namespace Progeny.Core.Serving.Requests;

/// <summary>Which outputs a request wants in binary.</summary>
/// <param name="Default">Whether those that say nothing come in binary (<c>parameters.binary_data_output</c>).</param>
/// <param name="ByName">Those that do (<c>outputs[].parameters.binary_data</c>); null: none.</param>
internal readonly record struct BinaryOutputs(bool Default, IReadOnlyDictionary<string, bool>? ByName)
{
    public bool Wants(string output) => ByName is not null && ByName.TryGetValue(output, out var binary) ? binary : Default;
}
