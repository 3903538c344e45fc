using Mono.Cecil;

namespace Progeny.Architecture.Tests;

/// <summary>Which types of an assembly use which others of it, by their signatures and the code of their methods.</summary>
internal sealed class TypeReferences
{
    private readonly HashSet<(string From, string To)> _found = [];
    private readonly ModuleDefinition _module;

    private TypeReferences(ModuleDefinition module) => _module = module;

    /// <summary>Pairs of full names; a nested type counts as the one that holds it.</summary>
    public static IReadOnlySet<(string From, string To)> Of(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        var references = new TypeReferences(module);
        foreach (var type in module.GetTypes())
            references.AddType(type);
        return references._found;
    }

    private static string NameOf(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type.FullName;
    }

    private void AddType(TypeDefinition type)
    {
        var from = NameOf(type);
        Add(from, type.BaseType);
        foreach (var implemented in type.Interfaces)
            Add(from, implemented.InterfaceType);
        foreach (var attribute in type.CustomAttributes)
            Add(from, attribute.AttributeType);
        foreach (var field in type.Fields)
            Add(from, field.FieldType);
        foreach (var constraint in type.GenericParameters.SelectMany(parameter => parameter.Constraints))
            Add(from, constraint.ConstraintType);
        foreach (var method in type.Methods)
        {
            AddMethod(from, method);
            if (method.HasBody)
                AddCode(from, method);
        }
    }

    private void AddCode(string from, MethodDefinition method)
    {
        foreach (var variable in method.Body.Variables)
            Add(from, variable.VariableType);
        foreach (var handler in method.Body.ExceptionHandlers)
            Add(from, handler.CatchType);
        foreach (var instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case MethodReference called:
                    AddMethod(from, called);
                    break;
                case FieldReference field:
                    Add(from, field.DeclaringType);
                    Add(from, field.FieldType);
                    break;
                case TypeReference type:
                    Add(from, type);
                    break;
            }
        }
    }

    private void AddMethod(string from, MethodReference method)
    {
        Add(from, method.DeclaringType);
        Add(from, method.ReturnType);
        foreach (var parameter in method.Parameters)
            Add(from, parameter.ParameterType);
        foreach (var argument in (method as GenericInstanceMethod)?.GenericArguments ?? [])
            Add(from, argument);
    }

    private void Add(string from, TypeReference? type)
    {
        if (type is GenericInstanceType generic)
        {
            foreach (var argument in generic.GenericArguments)
                Add(from, argument);
        }

        while (type is TypeSpecification specification)
            type = specification.ElementType;
        if (type is null or GenericParameter || type.Scope != _module)
            return;
        if (NameOf(type) is var to && to != from)
            _found.Add((from, to));
    }
}
