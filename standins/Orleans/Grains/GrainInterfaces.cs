namespace Orleans.Runtime
{
    /// <summary>Whatever can be called through a reference: a grain or an observer.</summary>
    public interface IAddressable;

    /// <summary>A further interface of every activation. Kept for its name; grains implement their interfaces directly.</summary>
    public interface IGrainExtension : IAddressable;
}

namespace Orleans
{
    /// <summary>The base of all grain interfaces.</summary>
    public interface IGrain : IAddressable;

    /// <summary>A grain whose key is a string.</summary>
    public interface IGrainWithStringKey : IGrain;

    /// <summary>A grain whose key is a Guid.</summary>
    public interface IGrainWithGuidKey : IGrain;

    /// <summary>A grain whose key is an integer.</summary>
    public interface IGrainWithIntegerKey : IGrain;

    /// <summary>A grain whose key is a Guid and a string.</summary>
    public interface IGrainWithGuidCompoundKey : IGrain;

    /// <summary>A grain whose key is an integer and a string.</summary>
    public interface IGrainWithIntegerCompoundKey : IGrain;

    /// <summary>An object outside of the grains that grains call back.</summary>
    public interface IGrainObserver : IAddressable;
}
