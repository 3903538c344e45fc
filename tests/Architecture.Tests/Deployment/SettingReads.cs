using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Progeny.Architecture.Tests.Deployment;

/// <summary>The sections of the configuration that the compiled programs read.</summary>
internal static class SettingReads
{
    private static readonly string[] Readers = ["GetSection", "Read", "ReadInto", "ReadProof"];

    /// <summary>The sections that an assembly names where it reads one.</summary>
    public static IEnumerable<string> Of(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var method in module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody))
        {
            foreach (var instruction in method.Body.Instructions)
            {
                if (instruction.Operand is MethodReference called && IsReader(called) && SectionBefore(instruction) is { } section)
                    found.Add(section);
            }
        }

        return found;
    }

    private static bool IsReader(MethodReference method) =>
        Readers.Contains(method.Name)
        && (method.DeclaringType.Name is "NodeSettings" or "ProofHosting"
        || method.DeclaringType.Namespace == "Microsoft.Extensions.Configuration");

    /// <summary>The text that was loaded last before a call: the section is the last or the last but one argument.</summary>
    private static string? SectionBefore(Instruction call)
    {
        var instruction = call.Previous;
        for (var steps = 0; steps < 4 && instruction is not null; steps++, instruction = instruction.Previous)
        {
            if (instruction.OpCode == OpCodes.Ldstr)
                return (string)instruction.Operand;
        }

        return null;
    }
}
