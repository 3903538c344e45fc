using System.Reflection;

namespace Orleans.CodeGeneration
{
    /// <summary>How a method is called.</summary>
    [Flags]
    public enum InvokeMethodOptions
    {
        None = 0,
        OneWay = 1,
        ReadOnly = 2,
        AlwaysInterleave = 4,
        Unordered = 8,
    }
}

namespace Orleans.Serialization.Invocation
{
    /// <summary>Holds the object that a request is for.</summary>
    public interface ITargetHolder
    {
        object? GetTarget();

        object? GetComponent(Type componentType);
    }

    /// <summary>A call on its way.</summary>
    public interface IInvokable : IDisposable
    {
        bool IsCancellable { get; }

        object? GetTarget();

        int GetArgumentCount();

        object? GetArgument(int index);

        void SetArgument(int index, object value);

        string GetMethodName();

        string GetInterfaceName();

        string GetActivityName();

        MethodInfo GetMethod();

        Type GetInterfaceType();

        TimeSpan? GetDefaultResponseTimeout();

        CancellationToken GetCancellationToken();
    }
}
