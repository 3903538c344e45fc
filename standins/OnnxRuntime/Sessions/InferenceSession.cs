using Microsoft.ML.OnnxRuntime.Native;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>A loaded model. Any number of threads may run it at once; disposing it lets the runs that are under way finish.</summary>
public sealed unsafe partial class InferenceSession : IDisposable
{
    private readonly SessionHandle _session;
    private readonly NodeTable _inputs;
    private readonly NodeTable _outputs;
    private readonly Lazy<ModelMetadata> _modelMetadata;

    /// <summary>Loads a model from a file, with the default options.</summary>
    /// <param name="modelPath">The file.</param>
    /// <exception cref="OnnxRuntimeException">The file is missing or no model that can run.</exception>
    public InferenceSession(string modelPath)
        : this(Load(modelPath, options: null))
    {
    }

    /// <summary>Loads a model from a file.</summary>
    /// <param name="modelPath">The file.</param>
    /// <param name="options">How the session is set up.</param>
    /// <exception cref="OnnxRuntimeException">The file is missing or no model that can run.</exception>
    public InferenceSession(string modelPath, SessionOptions options)
        : this(Load(modelPath, options))
    {
    }

    /// <summary>Loads a model from its bytes, with the default options.</summary>
    /// <param name="model">The bytes of an ONNX file.</param>
    /// <exception cref="OnnxRuntimeException">They are no model that can run.</exception>
    public InferenceSession(byte[] model)
        : this(Load(model, options: null))
    {
    }

    /// <summary>Loads a model from its bytes.</summary>
    /// <param name="model">The bytes of an ONNX file.</param>
    /// <param name="options">How the session is set up.</param>
    /// <exception cref="OnnxRuntimeException">They are no model that can run.</exception>
    public InferenceSession(byte[] model, SessionOptions options)
        : this(Load(model, options))
    {
    }

    private InferenceSession(SessionHandle session)
    {
        _session = session;
        try
        {
            var native = session.DangerousGetHandle();
            var initializers = Read(
                native, OrtApi.SessionGetOverridableInitializerCount, OrtApi.SessionGetOverridableInitializerName, OrtApi.SessionGetOverridableInitializerTypeInfo);
            _inputs = new NodeTable(
                "Input", session, Read(native, OrtApi.SessionGetInputCount, OrtApi.SessionGetInputName, OrtApi.SessionGetInputTypeInfo), initializers.Select(static node => node.Key));
            _outputs = new NodeTable(
                "Output", session, Read(native, OrtApi.SessionGetOutputCount, OrtApi.SessionGetOutputName, OrtApi.SessionGetOutputTypeInfo), []);
            OverridableInitializerMetadata = new Dictionary<string, NodeMetadata>(initializers, StringComparer.Ordinal);
            _modelMetadata = new Lazy<ModelMetadata>(ReadModelMetadata, LazyThreadSafetyMode.PublicationOnly);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The inputs by name.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> InputMetadata => _inputs.Metadata;

    /// <summary>The names of the inputs in the model's order.</summary>
    public IReadOnlyList<string> InputNames => _inputs.Names;

    /// <summary>The outputs by name.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> OutputMetadata => _outputs.Metadata;

    /// <summary>The names of the outputs in the model's order.</summary>
    public IReadOnlyList<string> OutputNames => _outputs.Names;

    /// <summary>Constants of the model that a run may replace, as further inputs.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> OverridableInitializerMetadata { get; }

    /// <summary>What the model says of itself.</summary>
    public ModelMetadata ModelMetadata => _modelMetadata.Value;

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static SessionHandle Load(string path, SessionOptions? options)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (options is not null) return new SessionHandle(path, options);
        using var defaults = new SessionOptions();
        return new SessionHandle(path, defaults);
    }

    private static SessionHandle Load(byte[] model, SessionOptions? options)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (options is not null) return new SessionHandle(model, options);
        using var defaults = new SessionOptions();
        return new SessionHandle(model, defaults);
    }

    private static List<KeyValuePair<string, NodeMetadata>> Read(
        nint session,
        delegate* unmanaged<nint, nuint*, nint> getCount,
        delegate* unmanaged<nint, nuint, nint, byte**, nint> getName,
        delegate* unmanaged<nint, nuint, nint*, nint> getType)
    {
        nuint count;
        Status.Check(getCount(session, &count));
        var nodes = new List<KeyValuePair<string, NodeMetadata>>((int)count);
        for (nuint i = 0; i < count; i++)
        {
            byte* name;
            Status.Check(getName(session, i, OrtApi.DefaultAllocator, &name));
            var key = Utf8.Take(name);
            nint type;
            Status.Check(getType(session, i, &type));
            nodes.Add(new(key, NodeMetadata.Take(type)));
        }

        return nodes;
    }

    private ModelMetadata ReadModelMetadata()
    {
        ObjectDisposedException.ThrowIf(_session.IsClosed, this);
        var held = false;
        try
        {
            _session.DangerousAddRef(ref held);
            return new ModelMetadata(_session.DangerousGetHandle());
        }
        finally
        {
            if (held) _session.DangerousRelease();
        }
    }
}
