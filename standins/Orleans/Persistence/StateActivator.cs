using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orleans.Persistence;

/// <summary>Makes the state of a grain that has none stored.</summary>
internal static class StateActivator
{
    public static T Create<T>() => Cache<T>.Create();

    private static class Cache<T>
    {
        public static readonly Func<T> Create = Compile();

        private static Func<T> Compile()
        {
            if (typeof(T).IsValueType || typeof(T).IsAbstract || typeof(T) == typeof(string))
                return static () => default!;
            var constructor = typeof(T).GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []);
            return constructor is null
                ? static () => (T)RuntimeHelpers.GetUninitializedObject(typeof(T))
                : Expression.Lambda<Func<T>>(Expression.New(constructor)).Compile();
        }
    }
}
