namespace System.Runtime.CompilerServices;

/// <summary>The .NET runtime knows this attribute by its name: see <c>ProxyCompiler</c>.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
