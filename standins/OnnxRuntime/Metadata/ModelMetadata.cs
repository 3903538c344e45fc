using Microsoft.ML.OnnxRuntime.Native;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>What a model says of itself; texts are empty where it says nothing.</summary>
public sealed unsafe class ModelMetadata
{
    internal ModelMetadata(nint session)
    {
        nint metadata;
        Status.Check(OrtApi.SessionGetModelMetadata(session, &metadata));
        try
        {
            ProducerName = Read(OrtApi.ModelMetadataGetProducerName, metadata);
            GraphName = Read(OrtApi.ModelMetadataGetGraphName, metadata);
            Domain = Read(OrtApi.ModelMetadataGetDomain, metadata);
            Description = Read(OrtApi.ModelMetadataGetDescription, metadata);
            GraphDescription = Read(OrtApi.ModelMetadataGetGraphDescription, metadata);
            long version;
            Status.Check(OrtApi.ModelMetadataGetVersion(metadata, &version));
            Version = version;
            CustomMetadataMap = ReadCustom(metadata);
        }
        finally
        {
            OrtApi.ReleaseModelMetadata(metadata);
        }
    }

    /// <summary>The program that wrote the model.</summary>
    public string ProducerName { get; }

    /// <summary>The name of the graph.</summary>
    public string GraphName { get; }

    /// <summary>The name space of the model, e.g. <c>org.example</c>.</summary>
    public string Domain { get; }

    /// <summary>The description of the model.</summary>
    public string Description { get; }

    /// <summary>The description of the graph.</summary>
    public string GraphDescription { get; }

    /// <summary>The version of the model.</summary>
    public long Version { get; }

    /// <summary>The pairs of names and values that the model carries.</summary>
    public Dictionary<string, string> CustomMetadataMap { get; }

    private static string Read(delegate* unmanaged<nint, nint, byte**, nint> getter, nint metadata)
    {
        byte* text;
        Status.Check(getter(metadata, OrtApi.DefaultAllocator, &text));
        return Utf8.Take(text);
    }

    private static Dictionary<string, string> ReadCustom(nint metadata)
    {
        byte** keys;
        long count;
        Status.Check(OrtApi.ModelMetadataGetCustomMetadataMapKeys(metadata, OrtApi.DefaultAllocator, &keys, &count));
        var custom = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            for (var i = 0L; i < count; i++)
            {
                byte* value;
                Status.Check(OrtApi.ModelMetadataLookupCustomMetadataMap(metadata, OrtApi.DefaultAllocator, keys[i], &value));
                custom[Utf8.ToString(keys[i])] = Utf8.Take(value);
            }
        }
        finally
        {
            for (var i = 0L; i < count; i++) Utf8.Free(keys[i]);
            Utf8.Free(keys);
        }

        return custom;
    }
}
