using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Orleans.Invocation;

/// <summary>
/// Writes the class of the references to one interface. Each of its methods puts its arguments into a value tuple and hands
/// them, with the number of the method, to the call of <see cref="GrainReference"/> that fits its return type.
/// </summary>
internal static class ProxyCompiler
{
    private static readonly ConstructorInfo BaseConstructor =
        typeof(GrainReference).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic, [typeof(ReferenceTarget)])!;

    public static Func<ReferenceTarget, GrainReference> Compile(Type type, MethodInfo[] methods)
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName($"Progeny.Standins.Orleans.References.{type.FullName}"), AssemblyBuilderAccess.Run);
        AllowAccessTo(assembly, typeof(GrainReference).Assembly);
        AllowAccessTo(assembly, type.Assembly);
        foreach (var each in methods.SelectMany(method => method.GetParameters()).Select(parameter => parameter.ParameterType.Assembly).Distinct())
            AllowAccessTo(assembly, each);

        var proxy = assembly.DefineDynamicModule("References").DefineType(
            $"{type.Name}Reference", TypeAttributes.Public | TypeAttributes.Sealed | TypeAttributes.Class, typeof(GrainReference), [type]);
        DefineConstructor(proxy);
        for (var index = 0; index < methods.Length; index++)
            DefineMethod(proxy, methods[index], index);

        var target = Expression.Parameter(typeof(ReferenceTarget));
        var create = Expression.New(proxy.CreateType().GetConstructors(BindingFlags.Instance | BindingFlags.Public)[0], target);
        return Expression.Lambda<Func<ReferenceTarget, GrainReference>>(create, target).Compile();
    }

    private static void DefineConstructor(TypeBuilder proxy)
    {
        var code = proxy.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, [typeof(ReferenceTarget)]).GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Call, BaseConstructor);
        code.Emit(OpCodes.Ret);
    }

    private static void DefineMethod(TypeBuilder proxy, MethodInfo method, int index)
    {
        var types = Array.ConvertAll(method.GetParameters(), parameter => parameter.ParameterType);
        var arguments = MethodCompiler.ArgumentsType(types);
        var builder = proxy.DefineMethod(
            $"{method.DeclaringType!.FullName}.{method.Name}",
            MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot,
            method.ReturnType,
            types);
        var code = builder.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldc_I4, index);
        if (types.Length == 0)
        {
            var none = code.DeclareLocal(arguments);
            code.Emit(OpCodes.Ldloc, none);
        }

        for (var each = 0; each < types.Length; each++)
            code.Emit(OpCodes.Ldarg, (short)(each + 1));
        CreateTuple(code, arguments);
        code.Emit(OpCodes.Call, CallFor(method.ReturnType, arguments));
        code.Emit(OpCodes.Ret);
        proxy.DefineMethodOverride(builder, method);
    }

    /// <summary>The innermost tuple, whose items were pushed last, is made first.</summary>
    private static void CreateTuple(ILGenerator code, Type tuple)
    {
        if (!tuple.IsGenericType)
            return;
        var items = tuple.GetGenericArguments();
        if (items.Length == 8)
            CreateTuple(code, items[7]);
        code.Emit(OpCodes.Newobj, tuple.GetConstructor(items)!);
    }

    private static MethodInfo CallFor(Type returned, Type arguments)
    {
        var name = returned == typeof(void) ? nameof(GrainReference.CallOneWay)
            : typeof(Task).IsAssignableFrom(returned) ? nameof(GrainReference.CallTask)
            : nameof(GrainReference.CallValueTask);
        Type[] generic = returned.IsGenericType ? [arguments, returned.GetGenericArguments()[0]] : [arguments];
        return typeof(GrainReference).GetMethods(BindingFlags.Instance | BindingFlags.NonPublic)
            .Single(method => method.Name == name && method.GetGenericArguments().Length == generic.Length)
            .MakeGenericMethod(generic);
    }

    /// <summary>Interfaces and messages may be internal; the runtime lets an assembly in that carries this attribute.</summary>
    private static void AllowAccessTo(AssemblyBuilder assembly, Assembly other) => assembly.SetCustomAttribute(
        new CustomAttributeBuilder(typeof(IgnoresAccessChecksToAttribute).GetConstructors()[0], [other.GetName().Name!]));
}
